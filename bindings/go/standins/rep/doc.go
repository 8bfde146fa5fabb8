// Package rep stands in for Diego's package of the same name: what cells say, and what they
// are told.
package rep
