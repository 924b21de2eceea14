package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"stet"
	"stet/connector"
	"stet/internal/state"
	"stet/internal/store"
)

// check is the judge. It believes the CMS's own log, what was sent and answered, and the exported events; of the store
// it asks only whether the log verifies and folds to the rows it holds.
func check(r *run) []string {
	v := newView(r)
	var found []string
	for _, invariant := range invariants {
		for _, text := range invariant.check(v) {
			found = append(found, invariant.id+" "+text)
		}
	}
	return found
}

type invariant struct {
	id    string
	check func(*view) []string
}

// invariants are those of docs/protocol.md 1.8 that this simulation can break. Not here: approvals (I22..I24, I26),
// media, callbacks (I37), pacing (I32, I33: httpclient), secrets (I38), restore and clones (I39, I40), soak (I41).
var invariants = []invariant{
	{"I1", onePublic}, {"I2", newestPublic}, {"I3", noOrphans}, {"I4", boundOnce}, {"I5", boundAddressed}, {"I6", intentFirst},
	{"I7", intentsResolved}, {"I8", noSecondCreate}, {"I9", tombstonesHold}, {"I10", noPublicTrashed}, {"I11", neverBack}, {"I13", versionsRise},
	{"I14", noTwin}, {"I15", staleAnswered}, {"I16", equalAnswers}, {"I17", nothingLost}, {"I18", fencesRise}, {"I21", gateHolds},
	{"I25", editsKept}, {"I27", sequencesRise}, {"I29", slugsUnique}, {"I30", slugReserved}, {"I31", noCreateAfterError}, {"I34", triesBounded},
	{"I35", logVerifies}, {"I36", rowsAreFold}, {"I42", rests},
}

// view is the evidence, sorted.
type view struct {
	r        *run
	contents []string
	byKey    map[string][]stet.Event // of one content
	log      []entry
	intents  map[string]intentSeen // by content/intent
}

type intentSeen struct {
	event    stet.Event
	data     stet.Intent
	resolved stet.Resolution
}

func newView(r *run) *view {
	v := &view{r: r, byKey: map[string][]stet.Event{}, log: r.cms.log, intents: map[string]intentSeen{}}
	for _, e := range r.events {
		if !slices.Contains(v.contents, e.ContentID) {
			v.contents = append(v.contents, e.ContentID)
		}
		v.byKey[e.ContentID] = append(v.byKey[e.ContentID], e)
		switch e.Type {
		case stet.IntentLogged:
			in := data[stet.Intent](e)
			v.intents[e.ContentID+"/"+in.Intent] = intentSeen{event: e, data: in}
		case stet.IntentResolved:
			d := data[stet.Resolved](e)
			in := v.intents[e.ContentID+"/"+d.Intent]
			in.resolved = d.Resolution
			v.intents[e.ContentID+"/"+d.Intent] = in
		}
	}
	return v
}

func data[T any](e stet.Event) (d T) {
	must(json.Unmarshal(e.Data, &d))
	return d
}

// last is the newest event of a content with one of the types.
func (v *view) last(content string, types ...stet.EventType) (stet.Event, bool) {
	events := v.byKey[content]
	for i := len(events) - 1; i >= 0; i-- {
		if slices.Contains(types, events[i].Type) {
			return events[i], true
		}
	}
	return stet.Event{}, false
}

// ends are the events after which a publication rests.
var ends = []stet.EventType{stet.PublishSettled, stet.DeadLettered, stet.DriftDetected, stet.SlugConflict, stet.PublishFailed, stet.DeadLetterClosed,
	stet.DriftResolved, stet.ApplyQueued, stet.PublishSucceeded, stet.Unpublished}

// settled reports whether a content came to rest with its wish fulfilled, and gives the apply.
func (v *view) settled(content string) (apply stet.Event, ok bool) {
	end, found := v.last(content, ends...)
	if !found || end.Type != stet.PublishSettled {
		return stet.Event{}, false
	}
	apply, found = v.last(content, stet.ApplyQueued)
	return apply, found && apply.ApplySeq == end.ApplySeq
}

// meddled reports whether a person touched items of the content in the CMS.
func (v *view) meddled(content string) bool {
	return slices.ContainsFunc(v.log, func(e entry) bool { return e.by == "human" && (e.item.content == content || e.item.content == "") })
}

// title of a version, as the sender had it accepted.
func (v *view) title(content string, version int64) string {
	for _, e := range v.byKey[content] {
		if e.Version == version && (e.Type == stet.PublishRequest || e.Type == stet.DraftReady) {
			in := data[stet.Incoming](e)
			var env struct {
				Data struct {
					Content struct {
						Title string `json:"title"`
					} `json:"content"`
				} `json:"data"`
			}
			must(json.Unmarshal([]byte(in.Envelope), &env))
			return env.Data.Content.Title
		}
	}
	return ""
}

func (v *view) items(content string) []*item {
	var list []*item
	for _, it := range v.r.cms.items {
		if it.content == content {
			list = append(list, it)
		}
	}
	return list
}

// excused reports whether giving up was right: a person meddled, somebody has the slug, the class can promise no more, or
// the work killed its process too often.
func (v *view) excused(content string, d stet.Dead) bool {
	switch d.Code {
	case "slug_conflict", "crashes":
		return true
	case "create_unknown":
		return v.r.cms.caps.Class == connector.Bare
	}
	return v.meddled(content)
}

func logVerifies(v *view) []string {
	return oneIf(v.r.db.View(context.Background(), func(rows state.Reader) error {
		_, err := store.Verify(rows)
		return err
	}))
}

func rowsAreFold(v *view) (found []string) {
	must(v.r.db.View(context.Background(), func(rows state.Reader) error {
		differences, err := store.Check(rows)
		for _, d := range differences {
			found = append(found, d.String())
		}
		return err
	}))
	return found
}

func oneIf(err error) []string {
	if err == nil {
		return nil
	}
	return []string{err.Error()}
}

func rests(v *view) (found []string) {
	if v.r.stuck {
		found = append(found, fmt.Sprintf("no rest after %d steps", maxSteps))
	}
	for _, content := range v.contents {
		end, ok := v.last(content, ends...)
		switch {
		case !ok:
		case end.Type == stet.ApplyQueued, end.Type == stet.DriftResolved && !strings.Contains(string(end.Data), "adopt"):
			found = append(found, fmt.Sprintf("%s rests at %s of apply %d", content, end.Type, end.ApplySeq))
		case end.Type == stet.DeadLettered && !v.excused(content, data[stet.Dead](end)):
			found = append(found, fmt.Sprintf("%s was given up without need: %s", content, end.Reason))
		case (end.Type == stet.PublishSucceeded || end.Type == stet.Unpublished) && v.r.cms.caps.Horizon > 0:
			found = append(found, fmt.Sprintf("%s never settled", content))
		}
	}
	return found
}
