"""The shell: layout, components, forms, refusals on screen, static files, headers. It knows no other room."""
