package site

import "stet/connector"

// SetFault makes c ask fault before every file operation.
func SetFault(c connector.Connector, fault func(op, name string) error) { c.(*target).fault = fault }

// ItemID is the remote id of a content.
var ItemID = itemID
