package contract

import (
	"encoding/json"

	"stet"
)

// LogSchema names the envelope of what stet tells: an entry of the log.
const LogSchema = "stet.log-event/1"

// LogEvent is an entry of the log as the API and the notifications carry it.
type LogEvent struct {
	Schema string `json:"schema"`
	stet.Event
}

// Outgoing wraps an entry of the log in the envelope that schema log-event-1.json describes.
func Outgoing(e stet.Event) LogEvent {
	if len(e.Data) == 0 || string(e.Data) == "null" {
		e.Data = json.RawMessage("{}")
	}
	return LogEvent{Schema: LogSchema, Event: e}
}
