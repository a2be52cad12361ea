"""The grading in force, for every page that shows a seal or a figure."""
