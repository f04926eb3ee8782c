"""HubSoft's contract: what its telephone routes promise, as data, and the rules that data cannot say."""
