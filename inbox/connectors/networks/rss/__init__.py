"""Forums and blogs through their RSS or Atom feeds."""
