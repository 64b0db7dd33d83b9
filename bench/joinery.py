"""The place the benchmarks of whole computations measure: one zone of a joinery, one virtual kit from 2025 on."""

START = 1_735_689_600_000
"""2025-01-01, 00:00 UTC, in milliseconds."""
MINUTE = 60_000

_REGISTRY = """
employers:
  - id: menuiserie
    name: Menuiserie
    siret: "73282932000074"
    naf: 16.23Z
    establishments:
      - id: atelier
        name: Atelier
        timezone: Europe/Paris
        country: FR
        zones:
          - id: machines
            name: Machines
            kind: workshop
            headcount: 4
            work_unit: Usinage
            intensity: physical
            schedule:
              shifts:
                - {name: jour, days: mon-fri, start: 08:00, end: 16:30, breaks: [{start: 12:00, end: 12:30}]}
kits:
  - {id: k1, model: vigie-sim, label: Kit 1}
deployments:
  - {id: d1, kit: k1, zone: machines, start: 2025-01-01 00:00, end: %s 00:00}
"""


def registry_until(day: str) -> str:
    """The registry file, the kit lent until a day such as 2026-01-01."""
    return _REGISTRY % day
