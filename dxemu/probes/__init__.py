"""What is sent through the lab to see whether it gets through. One probe a file."""
