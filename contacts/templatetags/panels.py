from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def panel(context, shown: dict):
    """One box of another app: its variables are there by name, and together as `panel`."""
    layout = context.template.engine.get_template(shown["template"])
    with context.push(panel=shown["context"], **shown["context"]):
        return layout.render(context)
