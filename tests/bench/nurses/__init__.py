"""The nurses of the whole country: rosters, lists, bulk renewals, first registrations."""
