"""Sign-in: allauth's adapters and forms, providers, passkeys, second factors, sessions and known browsers."""
