//go:build unix

package crash_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"stet/connector/wordpress/fake"
)

// point is how one server ends.
type point struct {
	name   string // of a failpoint of the engine
	moment moment // else of the CMS
	n      int    // at which time
	random time.Duration
}

// points are the kill points of docs/protocol.md 1.9 that a live server passes, K3 and K5 at each of its calls. K4 is the
// moment committed; the points that need an orphan draft or a settled item come up by themselves at random times.
var points = []point{
	{name: "K0"}, {name: "K1"}, {name: "K2"},
	{name: "K3:find"}, {name: "K5:find"}, {name: "K3:create"}, {name: "K5:create"}, {name: "K3:read"}, {name: "K5:read"},
	{name: "K3:publish"}, {name: "K5:publish"}, {name: "K9"}, {name: "K10"},
	{moment: arrived}, {moment: checked}, {moment: committed}, {moment: committed}, {moment: lateCreate}, {moment: lateUpdate},
	{random: 1},
}

// plan is count ends: all points in turn, in another order each time.
func plan(seed uint64, count int) []point {
	random := rand.New(rand.NewPCG(seed, 0))
	var list []point
	for len(list) < count {
		for _, i := range random.Perm(len(points)) {
			p := points[i]
			p.n = 1 + random.IntN(4)
			if p.random > 0 {
				p.random = time.Duration(random.IntN(400)) * time.Millisecond
			}
			list = append(list, p)
		}
	}
	return list[:count]
}

func (p point) failpoint() string {
	if p.name == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", p.name, p.n)
}

// trap is the CMS's part of the end, nil where it has none.
func (p point) trap(do func(fake.Commit)) *trap {
	if p.moment == "" {
		return nil
	}
	return &trap{at: p.moment, n: p.n, do: do}
}

// kind names the point without its number, for the report.
func (p point) kind() string {
	switch {
	case p.name != "":
		return p.name
	case p.moment != "":
		return "cms:" + string(p.moment)
	}
	return "random"
}

func (p point) String() string { return fmt.Sprintf("%s:%d", p.kind(), p.n) }
