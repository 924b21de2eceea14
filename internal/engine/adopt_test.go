package engine_test

import (
	"context"
	"testing"

	"stet"
)

// Whoever adopts an item that somebody took down has nothing public, and a new version is published as ever.
func TestAdoptingWhatWasTakenDown(t *testing.T) {
	w := newWorld(t)
	w.send("c", 1)
	item := w.shelf.items["c"]
	item.Public, item.Live = false, ""
	w.shelf.items["c"] = item
	w.send("c", 2)
	if p := w.publication("c"); p.State != stet.StateDrifted || w.shelf.items["c"].Public {
		t.Fatalf("%s; want drifted", p.State)
	}
	w.ok(w.engine.Decide(context.Background(), key, "adopt", item.Draft, "operator:x"))
	w.work()
	if p := w.publication("c"); p.Public || p.State != stet.StateUnpublished || w.shelf.items["c"].Public {
		t.Errorf("adopted: public %t, %s; want false, unpublished", p.Public, p.State)
	}
	w.send("c", 3)
	if p := w.publication("c"); !p.Public || p.State != stet.StateSettled || w.shelf.items["c"].Live != "c version 3" {
		t.Errorf("the next version: %+v, %+v", p, w.shelf.items["c"])
	}
}
