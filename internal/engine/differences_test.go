package engine_test

import (
	"context"
	"testing"

	"stet"
	"stet/connector"
	"stet/contract"
	"stet/internal/engine"
)

// comparing is a shelf that can compare; it remembers what it was asked about.
type comparing struct {
	*shelf
	id string
	w  connector.Write
}

func (c *comparing) Differences(_ context.Context, id string, w connector.Write) ([]connector.Difference, error) {
	c.id, c.w = id, w
	return []connector.Difference{{Field: "title", Want: w.Doc.Title, Have: "Mine"}}, nil
}

func TestDifferencesAskAboutWhatWasBrought(t *testing.T) {
	var asked *comparing
	w := newWorld(t, func(c *engine.Config) {
		asked = &comparing{shelf: c.Targets[0].Connector.(*shelf)}
		c.Targets[0].Connector = asked
	})
	key := stet.Key{ContentID: "c", Target: "shelf"}
	if _, err := w.engine.Differences(t.Context(), key); !stet.IsKind(err, stet.NotFound) {
		t.Errorf("before the first publish: %v", err)
	}
	w.send("c", 1, func(*contract.Envelope, *stet.Document) {})
	list, err := w.engine.Differences(t.Context(), key)
	if err != nil || len(list) != 1 || list[0].Want == "" {
		t.Fatalf("differences: %+v, %v", list, err)
	}
	if p := w.publication("c"); asked.id != p.RemoteID || asked.w.Version != 1 || asked.w.ApplySeq != p.Applied || asked.w.Marker == "" {
		t.Errorf("asked about %q with %+v; the publication is %+v", asked.id, asked.w, p)
	}
}

func TestDifferencesNeedAConnectorThatCompares(t *testing.T) {
	w := newWorld(t)
	if _, err := w.engine.Differences(t.Context(), stet.Key{ContentID: "c", Target: "shelf"}); !stet.IsKind(err, stet.Invalid) {
		t.Errorf("a shelf cannot compare: %v", err)
	}
	if _, err := w.engine.Differences(t.Context(), stet.Key{ContentID: "c", Target: "nowhere"}); !stet.IsKind(err, stet.NotFound) {
		t.Errorf("an unknown target: %v", err)
	}
}
