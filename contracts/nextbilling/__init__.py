"""NextBilling's contract: what its management API promises, as data, and the rules that data cannot say."""
