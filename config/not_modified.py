"""304 Not Modified, without a length."""


def drop_content_length(get_response):
    """Middleware that takes Content-Length off a 304.

    CommonMiddleware sets it to 0; but there it would have to be the length of the 200 (RFC
    9110, 8.6), and some readers take the page for empty.
    """

    def middleware(request):
        response = get_response(request)
        if response.status_code == 304:
            del response["Content-Length"]
        return response

    return middleware
