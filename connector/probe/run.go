package probe

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"slices"
	"time"

	"stet"
	"stet/connector"
)

const (
	stepCheck     = "reach the target and log in"
	stepFind      = "look up what is not there"
	stepCreate    = "create a draft"
	stepFindDraft = "find the draft by its marker"
	stepRead      = "read the draft back unchanged"
	stepStage     = "change the working copy"
	stepAgain     = "create it a second time"
	stepTrash     = "remove the drafts"
)

// cleanup is how long the removal of the drafts may take, also when the probe itself was cancelled.
const cleanup = time.Minute

// probe is one run.
type probe struct {
	c      connector.Connector
	w      connector.Write
	report Report
	made   []string // ids to remove
}

// Run probes a target through its connector. It writes only where a write makes a draft and the draft can be removed;
// nothing of it is ever public. The error is that of a target that cannot be reached or does not let us in, and of a
// context that ended; the report then holds the steps so far. What could not be removed is in Report.Left.
func Run(ctx context.Context, c connector.Connector) (Report, error) {
	p := &probe{c: c, report: Report{Capabilities: c.Capabilities()}}
	p.w = order(p.report.Capabilities)
	err := p.look(ctx)
	if err == nil {
		p.write(ctx)
		err = ctx.Err()
	}
	if err == nil {
		p.report.promise()
	}
	return p.report, err
}

// order is a write that nobody else can have made.
func order(caps connector.Capabilities) connector.Write {
	var raw [17]byte
	_, _ = rand.Read(raw[:]) // never fails
	marker := base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding).EncodeToString(raw[:])[:26]
	body := stet.Body{Format: "html", Text: "<p>A draft of <code>stet connector test</code>. It may be deleted.</p>\n"}
	if slices.Contains(caps.BodyFormats, "markdown") {
		body = stet.Body{Format: "markdown", Text: "A draft of `stet connector test`. It may be deleted.\n"}
	}
	return connector.Write{Key: stet.Key{ContentID: "stet-test/" + marker, Target: "test"}, Marker: marker, Epoch: 1, ApplySeq: 1, Version: 1,
		Doc: stet.Document{Title: "stet connector test", Slug: "stet-test-" + marker, Body: body}}
}

// step tries one thing.
func (p *probe) step(name string, try func() (detail string, err error)) bool {
	start := time.Now()
	detail, err := try()
	s := Step{Name: name, Passed: err == nil, Detail: detail, Took: time.Since(start)}
	if err != nil {
		s.Detail = err.Error()
	}
	p.report.Steps = append(p.report.Steps, s)
	return s.Passed
}

func (p *probe) skip(name, why string) {
	p.report.Steps = append(p.report.Steps, Step{Name: name, Skipped: true, Detail: why})
}

// look does what changes nothing.
func (p *probe) look(ctx context.Context) (err error) {
	if checker, ok := p.c.(connector.Checker); ok {
		if !p.step(stepCheck, func() (string, error) { err = checker.Check(ctx); return "", err }) {
			return fmt.Errorf("probe target: %w", err)
		}
	}
	if !p.step(stepFind, func() (string, error) { err = p.findNothing(ctx); return "", err }) {
		return fmt.Errorf("probe target: %w", err)
	}
	return nil
}

func (p *probe) findNothing(ctx context.Context) error {
	items, err := p.c.Find(ctx, p.w)
	if err == nil && len(items) > 0 {
		return fmt.Errorf("the target lists %d items for a marker that no item has; see whether it filters what is asked for", len(items))
	}
	return err
}

// write makes drafts and removes them.
func (p *probe) write(ctx context.Context) {
	caps := p.report.Capabilities
	creator, creates := p.c.(connector.Creator)
	trasher, trashes := p.c.(connector.Trasher)
	switch {
	case caps.Upsert || !caps.Drafts || !creates:
		p.skip(stepCreate, "a write to this kind of target is public at once; nothing was written")
		return
	case !caps.Trash || !trashes:
		p.skip(stepCreate, "this kind of target cannot remove a draft again; nothing was written")
		return
	}
	defer p.remove(ctx, trasher)
	if !p.step(stepCreate, func() (string, error) { return p.create(ctx, creator) }) {
		return
	}
	p.step(stepFindDraft, func() (string, error) { return p.findDraft(ctx) })
	p.step(stepRead, func() (string, error) { return p.readBack(ctx) })
	if stager, ok := p.c.(connector.Stager); ok && caps.SeparateDraft {
		p.step(stepStage, func() (string, error) { return p.stage(ctx, stager) })
	}
	p.step(stepAgain, func() (string, error) { return p.createAgain(ctx, creator) })
}

func (p *probe) create(ctx context.Context, creator connector.Creator) (string, error) {
	item, err := creator.Create(ctx, p.w)
	if err != nil {
		return "", err
	}
	p.made = append(p.made, item.ID)
	if item.Public {
		return "", fmt.Errorf("the target made the draft %s public; remove it there", item.ID)
	}
	return "id " + item.ID, nil
}

func (p *probe) findDraft(ctx context.Context) (string, error) {
	items, err := p.c.Find(ctx, p.w)
	if err != nil {
		return "", err
	}
	if len(items) != 1 || items[0].ID != p.made[0] {
		return "", fmt.Errorf("the target lists %d items for the marker; the draft %s should be the one", len(items), p.made[0])
	}
	return "", nil
}

func (p *probe) readBack(ctx context.Context) (string, error) {
	want, err := p.c.Fingerprint(p.w)
	if err != nil {
		return "", err
	}
	item, err := p.c.Read(ctx, p.made[0])
	if err == nil && item.Draft != want {
		return "", fmt.Errorf("the target has changed the draft %s; see which plugin or filter rewrites texts", item.ID)
	}
	return "", err
}

func (p *probe) stage(ctx context.Context, stager connector.Stager) (string, error) {
	item, err := p.c.Read(ctx, p.made[0])
	if err != nil {
		return "", err
	}
	p.w.Rev = item.Rev
	p.w.Doc.Title += " (changed)"
	if err := stager.Stage(ctx, item.ID, p.w); err != nil {
		return "", err
	}
	return p.readBack(ctx)
}

// createAgain learns what a repeated create does: that is what the class of a target is about.
func (p *probe) createAgain(ctx context.Context, creator connector.Creator) (string, error) {
	caps := p.report.Capabilities
	item, err := creator.Create(ctx, p.w)
	switch {
	case err == nil && (caps.ClientIDs || caps.Class == connector.UniqueSlug):
		p.made = append(p.made, item.ID)
		return "", fmt.Errorf("a second create was accepted as %s, although the target should refuse it", item.ID)
	case err == nil:
		p.made = append(p.made, item.ID)
		return "a second draft, which stet would find and remove", nil
	case stet.IsKind(err, stet.Conflict):
		return "refused", nil
	}
	return "", err
}

// remove takes away what was made, and what was made without an answer.
func (p *probe) remove(ctx context.Context, trasher connector.Trasher) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
	defer cancel()
	p.step(stepTrash, func() (string, error) {
		items, err := p.c.Find(ctx, p.w)
		for _, item := range items {
			if !item.Trashed && !slices.Contains(p.made, item.ID) {
				p.made = append(p.made, item.ID)
			}
		}
		for _, id := range p.made {
			if trashed := trasher.Trash(ctx, id); trashed != nil {
				p.report.Left = append(p.report.Left, id)
				err = trashed
			}
		}
		return fmt.Sprintf("%d removed", len(p.made)-len(p.report.Left)), err
	})
}
