"""What everything stands on: commands, the journal, the database, time and text."""
