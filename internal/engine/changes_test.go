package engine_test

import (
	"testing"

	"stet"
	"stet/connector"
	"stet/contract"
)

// A target's word that somebody changed an item leads to a look, and the look decides.
func TestALookFindsWhatAPersonDid(t *testing.T) {
	w := newWorld(t)
	look := func() bool {
		t.Helper()
		looks, err := w.engine.Look(t.Context(), key)
		w.ok(err)
		w.work()
		return looks
	}
	if look() {
		t.Error("a content that nobody sent is looked at")
	}
	w.send("c", 1)
	writes := 0
	w.shelf.watch = func(connector.Write) { writes++ }
	for range 2 {
		if !look() || w.publication("c").State != stet.StateSettled {
			t.Fatalf("nothing changed, and it is %s", w.publication("c").State)
		}
	}
	item := w.shelf.items["c"]
	item.Live, item.Draft = "theirs", "theirs"
	w.shelf.items["c"] = item
	if !look() || w.publication("c").State != stet.StateDrifted {
		t.Fatalf("after an edit it is %s; want drifted", w.publication("c").State)
	}
	if look() || w.publication("c").State != stet.StateDrifted {
		t.Error("a drift that waits for a person was touched")
	}
	if writes != 0 || w.shelf.items["c"].Live != "theirs" {
		t.Errorf("a look wrote %d times", writes)
	}
}

func TestALookAtWhatIsUnpublished(t *testing.T) {
	w := newWorld(t)
	w.send("c", 1)
	w.send("c", 1, func(e *contract.Envelope, _ *stet.Document) {
		e.Type, e.IdempotencyKey, e.Attempt = stet.UnpublishRequest, "down", 1
	})
	for range 2 {
		looks, err := w.engine.Look(t.Context(), key)
		w.ok(err)
		w.work()
		if p := w.publication("c"); !looks || p.State != stet.StateUnpublished || p.NotBefore != 0 || w.shelf.items["c"].Public {
			t.Errorf("looks %t, %+v", looks, p)
		}
	}
}
