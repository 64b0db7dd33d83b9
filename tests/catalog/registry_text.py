"""A registry file that says everything a file may say; the tests of mistakes change one line of it."""

WHOLE = """\
employers:
- id: joinery
  name: Menuiserie du Fjord
  siret: 732 829 320 00074
  naf: 1623Z
  establishments:
  - id: metz
    name: Atelier de Metz
    timezone: Europe/Paris
    country: FR
    subdivision: "57"
    address: 1 rue des Scies, Metz
    zones:
      - id: saw
        name: Scies
        kind: specific_pollution
        headcount: 4
        work_unit: Débit
        intensity: physical
        schedule:
          shifts:
            - name: nuit
              days: [sun, mon-wed, jeu]
              start: 22:00
              end: 06:00
              breaks:
                - start: 02:00
                  end: 02:30
              breaks_count: yes
            - name: samedi
              days: 6
              start: 16:00
              end: 24:00
          closed: [2026-08-14, 2026-12-24]
          works_on_holidays: yes
        transfer_factors:
          - quantity: illuminance
            factor: 1.35
            uncertainty: { relative: 0.08 }
            source: luxmètre
        place_uncertainty:
          laeq: { absolute: 2.0 }
          co2: { relative: 0.08, absolute: 5 }
      - id: desk
        name: Bureau
        kind: office
        headcount: 1
        work_unit: Bureau
        intensity: sedentary
        schedule:
          shifts:
            - name: jour
              days: mon-fri
              start: 08:00
              end: 17:00
              breaks:
                - start: 12:00
                  end: 13:00
kits:
- id: kit-1
  model: generic
- id: kit-2
  model: vigie-sim
  label: Deuxième
  simulated: yes
deployments:
- id: lent-1
  kit: kit-1
  zone: saw
  start: 2026-03-02 08:00
  end: 2026-03-09 08:00
- id: lent-2
  kit: kit-2
  zone: saw
  start: 2026-03-02T08:00+02:00
  end: 2026-03-09T07:00Z
  position: près de la scie
- id: lent-3
  kit: kit-1
  zone: desk
  start: 2026-03-09 08:00
calibrations:
- kit: kit-1
  quantity: co2
  performed: 2025-02-01
  due: 2026-02-01
  gain: 1.01
  offset: -12
  uncertainty: { relative: 0.015, absolute: 15 }
  reference: gaz étalon
- kit: kit-1
  quantity: co2
  performed: 2026-02-01
  due: 2027-02-01
  offset: 4
  uncertainty: { absolute: 20 }
  reference: gaz étalon
"""
