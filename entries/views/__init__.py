"""Views of the public site. A view picks a queryset and renders it; `publishing` does the rest."""
