"""Small programs for those who build Worklab; the running lieu needs none of them."""
