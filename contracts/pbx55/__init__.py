"""55PBX's contract: the pushes that its document promises, as data, and the rules that data cannot say."""
