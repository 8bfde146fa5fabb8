// Package auctiontypes stands in for Diego's package of the same name: what is auctioned,
// and how it went.
package auctiontypes
