module code.cloudfoundry.org/rostrum

go 1.24
