"""What columns are called: after persons, things, kinds; and dates after what they are a property of."""

from fourbeat.data.naming import words

# fmt: off
PERSONS = {
    "user", "customer", "client", "patient", "subject", "participant", "respondent", "person",
    "caller", "member", "account", "acct", "student", "employee", "driver", "player",
    "household", "session", "subj", "pid", "animal", "specimen", "cow", "dog", "horse", "mouse",
    "rat", "kunde", "patienten", "mitarbeiter", "cliente", "mrn", "msisdn", "email",
}
"""Last words, but for `id` and the like, of columns that name persons, or what is as many as they are."""

THINGS = {
    "device", "machine", "vehicle", "batch", "lot", "plot", "farm", "field", "mac", "imei",
    "vin", "serial",
}
"""Last words of columns that name things, of which there are fewer."""

IDS = {"id", "uid", "uuid", "guid", "no", "nr", "number", "key", "code", "hash"}
"""Last words of columns that name something."""

KINDS = {
    "brand", "category", "color", "colour", "model", "type", "kind", "class", "title", "job",
    "product", "sku", "zip", "postal", "city", "country", "region", "state", "county", "fips",
    "route", "language", "currency", "status",
}
"""Words of columns whose values come again in use: what they say is learned, and not known by accident."""

ATTRIBUTES = {
    "birth", "birthdate", "birthday", "born", "dob", "hire", "hired", "hiring", "joined",
    "founded", "built", "registration", "registered", "manufactured", "signup", "expiry",
}
"""Words of dates that are a property of what the row is about, and not the time of the row."""
# fmt: on


def person(name: str) -> bool:
    """Whether a column is called `patient`, `userId`, `Kundennummer` or the like."""
    rest = [word for word in words(name) if word not in IDS]
    if not rest or kind(name):
        return False
    last = rest[-1].removesuffix("nummer")
    return last in PERSONS or last.removesuffix("n") in PERSONS


def thing(name: str) -> bool:
    """Whether a column is called `batch`, `machine_id` or the like."""
    rest = [word for word in words(name) if word not in IDS]
    return bool(rest) and rest[-1] in THINGS and not kind(name)


def something(name: str) -> bool:
    """Whether a column is called like what names something, and not like a quantity or a kind."""
    said = words(name)
    if not said or kind(name):
        return False
    return said[-1] in IDS or said[-1].endswith("nummer") or person(name) or thing(name)


def kind(name: str) -> bool:
    """Whether a column is called like what there are kinds of."""
    return not KINDS.isdisjoint(words(name))


def attribute(name: str) -> bool:
    """Whether a date is called like a property: `date_of_birth`."""
    return not ATTRIBUTES.isdisjoint(words(name))
