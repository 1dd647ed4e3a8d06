"""The operations of the Rooms and Identity services, and their rules. Knows neither HTTP connections nor SQL."""
