"""What can be measured, with which kit, where, during which hours, against which limit."""
