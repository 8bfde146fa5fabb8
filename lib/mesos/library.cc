// librostrum-mesos.a is put together from the parts beside this file; a library needs a source of
// its own all the same.
