package sim

import (
	"fmt"
	"strings"
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
	call := s.Boundary
	if call == "door" {
		call = "find" // the first call that every class makes
	}
	switch point := killPoints[s.Kill]; point {
	case "K3", "K5":
		r.killAt = point + ":" + call
	case "freeze":
		r.freezeAt = "K3:" + call
	default:
		if r.cms.caps.Upsert {
			point = strings.Replace(point, "publish", "upsert", 1)
		}
		r.killAt = point
	}
	r.strike[s.Boundary] = s.Fault
	if s.Boundary == "trash" {
		r.strike["create"] = faultLate // leaves a draft behind
	}
	r.send(envelope(0, 1, "a"), 0, 1)
	r.send(envelope(0, 2, "a"), 12*time.Minute, 1)
	if s.Boundary == "unpublish" {
		r.send(envelope(0, 3, "down"), time.Hour, 1)
	}
}

// meets reports whether a class has the boundary at all.
func (s *Script) meets(class connector.Class) bool {
	upserts := class == connector.File || class == connector.Companion
	switch s.Boundary {
	case "create", "publish", "trash":
		return !upserts && (s.Boundary != "trash" || class == connector.AutoSuffix)
	case "door":
		return s.Fault != faultStale // nothing is looked up there
	case "stage":
		return class == connector.ClientID || class == connector.UniqueSlug
	case "upsert":
		return upserts
	}
	return true
}

func (s *Script) String() string {
	return fmt.Sprintf("%s %d of %s, kill %q", s.Boundary, s.Nth, faultNames[s.Fault], s.Kill)
}

var faultNames = []string{"no fault", "F1 refused", "F2 cut before", "F3 cut after commit", "F4 commits late", "F5 429", "F6 500 before", "F7 500 after",
	"F8 error in a 200", "F9 truncated", "F10 twice", "F11 lagging lookup", "F12 hang"}

// Matrix lists every cell: class, boundary, fault, kill point.
func Matrix() []Options {
	var cells []Options
	for _, class := range classes {
		for _, boundary := range boundaries {
			for f := noFault; f <= lastFault; f++ {
				if s := (&Script{Boundary: boundary, Fault: f}); !s.meets(class) {
					continue
				}
				for _, kill := range kills {
					cells = append(cells, Options{Seed: uint64(len(cells)), Class: class, Script: &Script{Boundary: boundary, Fault: f, Kill: kill, Nth: 1}})
				}
			}
		}
	}
	return cells
}

var kills = []string{"", "K0", "K1", "K2", "K3", "K4", "K5", "K6", "K7", "K8", "K9", "K10", "K11", "K12", "K13"}
