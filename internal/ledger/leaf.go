// Package ledger holds the hashes, tree heads and proofs that make the event log tamper-evident. It is pure: events and
// hashes go in, hashes and faults come out.
//
// The log is a Merkle tree as in RFC 6962, section 2.1, so any Certificate Transparency or sumdb tool can check it. The
// leaf of an event is SHA-256(0x00 || canonical bytes); [Canonical] says what those bytes are.
package ledger

import (
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"stet"
)

// Hash is a SHA-256 of a leaf or of an inner node. Its String is standard base64.
type Hash = tlog.Hash

// format opens the canonical bytes. A change to the fields or their order needs another word here.
const format = "stet-event-1"

// Canonical is the one byte string an event stands for. It is a sequence of netstrings, LENGTH:BYTES, with LENGTH in
// decimal and a comma after the bytes (https://cr.yp.to/proto/netstrings.txt), of these values in this order:
//
//	"stet-event-1", seq, event_id, type, occurred_at, content_id, version, target, idempotency_key,
//	apply_seq, attempt, source, reason, data
//
// Integers are in decimal without padding, occurred_at is in milliseconds since 1970-01-01 UTC, data is the bytes as
// they are stored, and everything else is its UTF-8. Nothing is normalised, so two events that differ in any byte
// differ here.
func Canonical(e stet.Event) []byte {
	fields := []string{
		format, decimal(e.Seq), e.ID, string(e.Type), decimal(stet.Millis(e.At)), e.ContentID, decimal(e.Version),
		e.Target, e.IdempotencyKey, decimal(e.ApplySeq), decimal(e.Attempt), e.Source, e.Reason, string(e.Data),
	}
	var b []byte
	for _, f := range fields {
		b = strconv.AppendInt(b, int64(len(f)), 10)
		b = append(b, ':')
		b = append(b, f...)
		b = append(b, ',')
	}
	return b
}

// Leaf is the leaf hash of an event that has its seq.
func Leaf(e stet.Event) Hash { return tlog.RecordHash(Canonical(e)) }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
