"""The native builder: the same distributions as uv_build, in process."""
