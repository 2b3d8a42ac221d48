package simulator

// Organization is what the APIs tell of. The types are described in the files
// of their APIs.
type Organization struct {
	// Schedules are the known schedules and the meetings that were held.
	Schedules map[string][]Conference
}

func newOrganization() Organization {
	return Organization{
		Schedules: map[string][]Conference{},
	}
}
