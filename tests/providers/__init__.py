"""The couriers against providers that do everything providers do, and the doors they report at."""
