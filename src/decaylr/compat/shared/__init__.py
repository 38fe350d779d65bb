"""What the functions of several peers share."""
