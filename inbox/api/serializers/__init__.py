"""What the API takes (`…Asked`) and what it answers (`…Out`)."""
