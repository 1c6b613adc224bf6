"""What every group of options is."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A group of options: unknown keys are errors, values never change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
