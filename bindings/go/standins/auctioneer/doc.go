// Package auctioneer stands in for Diego's package of the same name: what is asked of an
// auctioneer.
package auctioneer
