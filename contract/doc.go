// Package contract is what a sender and stet agree on: the envelope in two versions with its JSON Schemas, strict
// decoding, the adapters between the versions, the content hash, and signatures after Standard Webhooks.
//
// Decode reads in three steps, each of which sees less than the one before let through: the scanner reads the raw
// bytes and refuses what JSON libraries hide (duplicate keys, bad text, depth, size); the published schema of the
// envelope's version says which fields there are and what they hold; the typed decoder insists on plain integers and
// real times. A refusal is a *stet.Error of kind Invalid or TooLarge with a stable Code, a sentence, and a Pointer.
package contract
