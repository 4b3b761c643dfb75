# tries: the process takes its own limits away: files, descriptors, address space, stack, core
import resource
for name in dir(resource):
    if name.startswith("RLIMIT_"):
        kind = getattr(resource, name)
        try: resource.setrlimit(kind, (resource.RLIM_INFINITY,) * 2); print("raised", name)
        except (ValueError, OSError): pass
for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_STACK, resource.RLIMIT_NPROC):
    resource.setrlimit(kind, (0, 0))
