"""Working time: kinds of day, opening hours, shifts. Pure, and of the standard library, all but `worktime.decreed`."""
