"""Five days in a small office, one row a minute: office.csv. The numbers are made up."""

from datetime import datetime, timedelta

now, end = datetime.fromisoformat("2015-02-04 17:51"), datetime.fromisoformat("2015-02-10 09:33")
people = {5: 3, 6: 1, 9: 3}  # day of February: people in the room from 9 to 17
co2 = 450.0
with open("office.csv", "w", encoding="utf-8") as file:
    file.write("date,CO2 (ppm),Temperature (°C),Humidity (%),Light (lux)\n")
    while now <= end:
        there = people.get(now.day, 0) if 9 <= now.hour < 17 else 0
        co2 += (450 + 500 * there - co2) / 90  # a room that renews its air every 90 minutes
        file.write(f"{now},{co2:.1f},{20.5 + there * 0.6:.1f},{27 + there},{480 if there else 0}\n")
        now += timedelta(minutes=1)
