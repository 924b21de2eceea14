package queue

import (
	"context"
	"fmt"

	"github.com/riverqueue/river/riverdriver"

	"stet/internal/store"
)

// insertTopic is the topic on which River's nodes wait for jobs.
const insertTopic = "river_insert"

// insertPayload tells nodes which queue to fetch from.
func insertPayload(queue string) string { return fmt.Sprintf(`{"queue":%q}`, queue) }

// listener is a riverdriver.Listener for jobs that are inserted by the same process. River's other topics, elections
// and pauses, concern several processes and stay silent.
type listener struct {
	gate, publish chan struct{}
}

func newListener() *listener {
	return &listener{gate: make(chan struct{}, 1), publish: make(chan struct{}, 1)}
}

// wake has WaitForNotification return for each queue. One that has not been heard yet says it all.
func (l *listener) wake(queues []string) {
	for _, queue := range queues {
		bell := l.publish
		if queue == string(store.GateJob) {
			bell = l.gate
		}
		select {
		case bell <- struct{}{}:
		default:
		}
	}
}

func (l *listener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	queue := store.PublishJob
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.gate:
		queue = store.GateJob
	case <-l.publish:
	}
	return &riverdriver.Notification{Topic: insertTopic, Payload: insertPayload(string(queue))}, nil
}

func (*listener) Close(context.Context) error            { return nil }
func (*listener) Connect(context.Context) error          { return nil }
func (*listener) Listen(context.Context, string) error   { return nil }
func (*listener) Ping(context.Context) error             { return nil }
func (*listener) Schema() string                         { return "" }
func (*listener) SetAfterConnectExec(string)             {}
func (*listener) Unlisten(context.Context, string) error { return nil }
