package publish

import (
	"encoding/json"
	"fmt"
	"time"

	"stet"
	"stet/connector"
)

// event makes an event of this apply; the engine gives it its id and time.
func (m *Machine) event(t stet.EventType, reason string, data any) stet.Event {
	raw, err := json.Marshal(data)
	if err != nil {
		panic(err) // the types of package stet always marshal
	}
	return stet.Event{Type: t, ContentID: m.Pub.ContentID, Target: m.Pub.Target, Version: m.Apply.Version, ApplySeq: m.Apply.Seq,
		IdempotencyKey: m.Apply.IdempotencyKey, Attempt: m.Pub.Attempts, Source: "stet", Reason: reason, Data: raw}
}

func (m *Machine) resolve(id string, how stet.Resolution, evidence string) stet.Event {
	for i := range m.Intents {
		if m.Intents[i].ID == id {
			m.Intents[i].Resolution = how
		}
	}
	return m.event(stet.IntentResolved, evidence, stet.Resolved{Intent: id, Resolution: how, Evidence: evidence})
}

// writing is a kind of write: what it is called in the log, what is asked of the target, and where the answer goes.
type writing struct {
	op   stet.Op
	call CallKind
	next Phase
}

var (
	creating     = writing{stet.OpCreate, CallCreate, Creating}
	stagingDraft = writing{stet.OpStage, CallStage, Staging}
	publishing   = writing{stet.OpPublish, CallPublish, Publishing}
	upserting    = writing{stet.OpPublish, CallUpsert, Publishing}
	unpublishing = writing{stet.OpUnpublish, CallUnpublish, Unpublishing}
	takingBack   = writing{stet.OpUnpublish, CallUnpublish, TakingBack}
	trashing     = writing{stet.OpTrash, CallTrash, Trashing}
)

// write logs an intent and sends the write it announces.
func (m *Machine) write(kind writing, item connector.Item, now time.Time, before ...stet.Event) Effect {
	op := kind.op
	m.phase = kind.next
	w := m.Write
	if m.Caps.Locking && m.Off&OffLocking == 0 {
		w.Rev = item.Rev
	}
	m.sent++
	id := fmt.Sprintf("%d.%d", m.Fence, m.sent)
	intent := stet.Intent{Intent: id, Op: op, Fence: m.Fence, RemoteID: item.ID, Rev: w.Rev}
	if op == stet.OpCreate || op == stet.OpStage || op == stet.OpPublish {
		intent.Fingerprint = m.Want
	}
	effect := Effect{Call: kind.call, ID: item.ID, Write: w, Intent: id, Events: before}
	if m.Off&OffIntent == 0 {
		effect.Events = append(effect.Events, m.event(stet.IntentLogged, "", intent))
		m.remember(intent, now)
	}
	effect.Recheck = op != stet.OpTrash && !m.Settling
	return effect
}

func (m *Machine) call(next Phase, kind CallKind, id string, events ...stet.Event) Effect {
	m.phase = next
	return Effect{Call: kind, ID: id, Write: m.Write, Events: events}
}

func (m *Machine) retry(in Input, code, reason string, events ...stet.Event) Effect {
	end := &End{Kind: Retry, Code: code, Reason: reason, Class: stet.DeadTargetDown, Outcome: stet.OutcomeOf(in.Err),
		Advice: "See whether the target is up and answers its API, then redrive."}
	if in.Err == nil {
		end.Outcome = stet.Unknown
	}
	if e, ok := asError(in.Err); ok {
		end.After = e.RetryAfter
		if e.Code != "" {
			end.Code = e.Code
		}
	}
	return Effect{Events: events, End: end}
}

// failed ends an attempt whose call was refused or broke: for good where trying again cannot help.
func (m *Machine) failed(in Input, events ...stet.Event) Effect {
	code := "target_error"
	if e, ok := asError(in.Err); ok && e.Code != "" {
		code = e.Code
	}
	switch stet.KindOf(in.Err) {
	case stet.Configuration, stet.Unauthenticated, stet.Forbidden:
		return m.stop(End{Code: code, Reason: in.Err.Error(), Class: stet.DeadConfiguration, State: stet.StateDead,
			Advice: "Correct the target's settings or credentials, check them with `stet doctor`, then redrive."}, events...)
	case stet.Invalid, stet.TooLarge, stet.Unsupported:
		return m.stop(End{Code: code, Reason: in.Err.Error(), Class: stet.DeadContent, State: stet.StateDead,
			Advice: "The target refuses this content: change it and send a new version."}, events...)
	}
	return m.retry(in, code, in.Err.Error(), events...)
}

func (m *Machine) stop(end End, events ...stet.Event) Effect {
	end.Kind = Stop
	return Effect{Events: events, End: &end}
}

func (m *Machine) needsOperator(code, reason, advice string, events ...stet.Event) Effect {
	return m.stop(End{Code: code, Reason: reason, Advice: advice, State: stet.StateNeedsOperator, Class: stet.DeadConfiguration}, events...)
}

// succeeded is the values of a success, settled again after the horizon.
func (m *Machine) succeeded(item connector.Item, now time.Time) stet.Succeeded {
	s := stet.Succeeded{RemoteID: item.ID, URL: item.URL, Rev: item.Rev, Fingerprint: item.Live, Slug: m.Apply.Slug}
	if m.Policy.Horizon > 0 {
		s.SettleAt = stet.Millis(now.Add(m.Policy.Horizon))
	}
	return s
}
