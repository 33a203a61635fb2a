"""What the bodies of requests share: texts without the characters that nobody sees."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from nlu.text import strip_invisible

# One line; several. A lone surrogate is refused before (`string_unicode`): it is no text at all.
Line = Annotated[str, AfterValidator(lambda text: " ".join(strip_invisible(text).split()))]
Text = Annotated[str, AfterValidator(lambda text: strip_invisible(text).strip())]


class Body(BaseModel):
    """The body of a request: what it says besides is ignored, spaces around its texts too."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)
