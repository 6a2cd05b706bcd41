"""The web app: pages for raters, pages for whoever runs a project, and a look at runs."""
