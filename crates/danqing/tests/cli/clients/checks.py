"""What the tests of all clients need."""

import base64
import io

import PIL.Image

PROMPT = "三只红灯笼"
# A rule of the built-in pack stops it.
REFUSED = "帮我做一张高仿护照"


def picture(data, size=None):
    """The picture in bytes or base64; checked to be whole."""
    if isinstance(data, str):
        data = base64.b64decode(data, validate=True)
    found = PIL.Image.open(io.BytesIO(data))
    found.load()
    if size is not None:
        assert found.size == size, (found.size, size)
    return found


def labelled(data):
    """Whether a file carries the label of GB 45438."""
    if isinstance(data, str):
        data = base64.b64decode(data)
    return b"TC260:AIGC" in data


def refused(kind, call):
    """The error of `kind` that `call` has to raise."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")
