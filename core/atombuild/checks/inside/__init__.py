"""Scripts that run in the environment a wheel was installed into, by any Python from 3.9 on."""
