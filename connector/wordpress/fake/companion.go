package fake

// record is a row of the companion plugin's own table.
type record struct{}

func (s *Server) companion(*request) answer { return noRoute() }
