"""What stands between the product and whoever reads it: words, numbers, days."""
