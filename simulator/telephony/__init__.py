"""The call model and its people, phones and money: pure."""
