"""How long one may stay in a steady noise before it alone reaches an action value of L_EX,8h."""

import altair as alt

from dsp.noise import longest_stay

_LIMITS = (80.0, 85.0)
_TICKS = (1 / 60, 5 / 60, 0.25, 0.5, 1, 2, 4, 8)
_NAMES = ("1 min", "5 min", "15 min", "30 min", "1 h", "2 h", "4 h", "8 h")


def chart() -> alt.LayerChart:
    """One line for each action value."""
    rows = [
        {"level": level / 2, "hours": longest_stay(level / 2, limit), "limit": f"{limit:.0f} dB(A)"}
        for limit in _LIMITS
        for level in range(150, 231)
        if 1 / 60 <= longest_stay(level / 2, limit) <= 8.0001
    ]
    names = " : ".join(f"datum.value == {tick} ? '{name}'" for tick, name in zip(_TICKS, _NAMES, strict=True))
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("level:Q", title="level of the noise L_Aeq [dB(A)]", scale=alt.Scale(domain=[78, 114], nice=False)),
        y=alt.Y(
            "hours:Q",
            title="time in it",
            scale=alt.Scale(type="log", domain=[1 / 60, 9], nice=False),
            axis=alt.Axis(values=list(_TICKS), labelExpr=f"{names} : ''"),
        ),
        color=alt.Color("limit:N", legend=None, scale=alt.Scale(range=["#0b4f8a", "#a3180f"])),
        strokeDash=alt.StrokeDash("limit:N", legend=None),
    )
    words = [
        {"level": 90.2, "hours": 0.62, "limit": "80 dB(A)", "text": "L_EX,8h reaches 80", "align": "right"},
        {"level": 95.6, "hours": 0.9, "limit": "85 dB(A)", "text": "L_EX,8h reaches 85"},
    ]
    text = alt.Chart(alt.Data(values=words)).encode(
        x="level:Q", y="hours:Q", text="text:N", color=alt.Color("limit:N", legend=None)
    )
    left = text.transform_filter("datum.align == 'right'").mark_text(align="right", fontSize=13)
    right = text.transform_filter("datum.align != 'right'").mark_text(align="left", fontSize=13)
    return (
        alt.layer(base.mark_line(strokeWidth=2.5), left, right)
        .properties(width=620, height=300, background="white")
        .configure(font="Arial, Helvetica, sans-serif")
        .configure_axis(labelFontSize=12, titleFontSize=13)
    )
