package sim

import (
	"time"

	"stet/connector"
)

// Script is one cell of the fault matrix: a fault at the first call of a boundary and a kill at a point, on a content
// that is published, updated and, where the boundary asks for it, leaves an orphan to sweep.
type Script struct {
	Boundary string // the kind of call that is struck; "door" for the webhook itself
	Fault    fault
	Kill     string // K0..K13, empty for none
	Nth      int    // which call of the boundary is struck
}

// boundaries are the calls of the matrix. Media uploads and callbacks (B7, B9) do not exist yet.
var boundaries = []string{"door", "find", "create", "stage", "publish", "read", "trash", "upsert", "unpublish"}

// killPoints maps the kill points of the matrix to where the engine and the fake CMS offer them.
var killPoints = map[string]string{
	"": "", "K0": "K0", "K1": "K1", "K2": "K2", "K3": "K3", "K4": "K4", "K5": "K5", "K6": "K3:read", "K7": "K3:publish", "K8": "K5:publish",
	"K9": "K9", "K10": "K10", "K11": "K11", "K12": "freeze", "K13": "K3",
}

func (s *Script) plan(r *run) {
	r.strikeAt = s.Nth
	switch point := killPoints[s.Kill]; point {
	case "K3", "K5":
		r.killAt = point + ":" + s.Boundary
	case "freeze":
		r.freezeAt = "K3:" + s.Boundary
	default:
		r.killAt = point
	}
	if s.Boundary == "trash" {
		r.strike["create"] = faultLate // leaves a draft behind
		r.after(time.Hour, func() { r.strike = map[string]fault{"trash": s.Fault} })
	} else {
		r.strike[s.Boundary] = s.Fault
	}
	times := 1
	if s.Boundary == "door" && s.Fault != noFault {
		times = 3 // whatever cuts the way in makes the sender repeat
	}
	r.send(envelope(0, 1, "a"), 0, times)
	r.send(envelope(0, 2, "a"), 12*time.Minute, times)
	if s.Boundary == "unpublish" {
		r.send(envelope(0, 3, "down"), time.Hour, 1)
	}
}

// meets reports whether a class has the boundary at all.
func (s *Script) meets(class connector.Class) bool {
	upserts := class == connector.File || class == connector.Companion
	switch s.Boundary {
	case "create", "publish", "trash":
		return !upserts && (s.Boundary != "trash" || class == connector.UniqueSlug || class == connector.AutoSuffix)
	case "stage":
		return class == connector.ClientID || class == connector.UniqueSlug
	case "upsert":
		return upserts
	}
	return true
}
