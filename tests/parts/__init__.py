"""What tests are made of: databases, browsers, the running product, the count of the unproved."""
