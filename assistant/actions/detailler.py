"""Say more of a resource of the last list: its own words, its source, its date."""

from dataclasses import replace

from assistant.actions import messages
from assistant.actions.base import Call
from assistant.actions.chercher import resource_json
from assistant.actions.repondre import ask_need
from assistant.suites import chosen_resource, speaks_of_them
from assistant.turn import Part
from knowledge.resources.resource import Resource

_EMPHASIS = "**"


async def detail(call: Call) -> Part:
    """Show the whole text of the resource that the élu points at."""
    chosen = chosen_resource(call.understanding, call.memory)
    resource = call.services.knowledge.engine.get(chosen) if chosen else None
    if resource is None:  # withdrawn since it was shown
        return await ask_need(call)
    item = resource_json(resource, call.services.knowledge)
    # « c'est quoi leur budget ? »: a point that the record may not hold.
    asks = speaks_of_them(call.understanding)
    limit = (messages.text(call.say("detail.rien_de_plus")),) if asks else ()
    return Part(
        outcome="partial" if limit else "answered",
        memory=replace(call.memory, echecs=0),
        messages=(
            messages.text(call.say("detail.introduction", titre=resource.title)),
            messages.text(_plain(resource)),
            *limit,
            {"type": "resources", "items": [{**item, "why": call.say("detail.choisie")}]},
            messages.help_choices(call, "plus_de_resultats"),
        ),
        human_offered=True,
    )


def _plain(resource: Resource) -> str:
    """The text of a record without its Markdown marks: its words are quoted as they are."""
    return resource.body.replace(_EMPHASIS, "").strip()
