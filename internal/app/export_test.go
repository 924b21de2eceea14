package app

var NewServer = newServer
